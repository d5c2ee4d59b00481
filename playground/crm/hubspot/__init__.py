"""A stand-in of HubSpot: `standin.HubSpot`."""
