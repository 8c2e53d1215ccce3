"""Saves and loads carried out in the measured environments: workers, zygotes, and who runs when."""
