"""Carries out saves and loads in the measured environments: workers, zygotes, and their schedule."""
