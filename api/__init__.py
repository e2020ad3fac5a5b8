"""The counter: command line now, HTTP and pages later. No rules live here."""
