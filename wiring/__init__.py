"""What a process holds, and what each of its requests gets of it: the only place where the parts meet."""
