"""The data that Crossload knows (environments, causes, kinds of models, ways to load), and its checked readers."""
