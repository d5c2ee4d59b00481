"""Offline conversions: qualified and won leads with their click ids, as files for ad platforms."""
