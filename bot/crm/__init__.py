"""The CRM: every lead is in it as it is here, and what moves there moves here."""
