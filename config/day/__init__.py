"""The day that this product must make impossible, replayed against it.

An engineer wanted a copy of production on a laptop. The clicks restored an old file into it; he
tried again; and the last backup was written over. Each of the twenty mistakes of that day is made
once more here, through a door (`doors`): the product's own verbs, or its API. Each must be refused;
then the same people do it right, to the end.
"""
