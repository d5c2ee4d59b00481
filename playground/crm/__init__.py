"""Stand-ins of CRMs: stateful, in memory, as strict as their documents say."""
