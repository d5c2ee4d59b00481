"""Contacts: one person is one contact, however often and by whatever way they write."""
