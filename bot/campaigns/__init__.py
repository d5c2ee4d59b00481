"""Campaigns: announced to sales with their exact offer, acknowledged, and asked about."""
