"""Small tools with no knowledge of Keras: names, source essences, pages of text."""
