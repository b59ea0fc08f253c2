"""Where happenings go, in order: the journal, the files, the feed."""
