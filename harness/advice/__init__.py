"""Advice on a move between two runtimes, made from a results document. Pure: it runs nothing and writes nothing."""
