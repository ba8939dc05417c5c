"""What a person keeps of the lists of contracts and of incidents."""
