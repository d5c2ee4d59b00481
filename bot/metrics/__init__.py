"""The numbers: each formula of the field stands once, and all that shows one draws from here."""
