"""One module per subject: the pages a person sees."""
