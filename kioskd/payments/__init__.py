"""Money: the transition table, the journal, paying and recovery."""
