"""The verbs of reports: read leads, sheets and figures, as far as the reader's sight goes."""
