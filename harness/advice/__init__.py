"""Works out advice on a move between two runtimes from a results document. Pure: it runs and writes nothing."""
