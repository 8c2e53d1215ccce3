"""Ratios within one run: what isolation costs, what it saves, and how long the core set takes."""
