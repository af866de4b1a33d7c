"""Dynamic variables: what `{{$randomCity}}` and its like become, anew wherever one stands.

The names are those of Postman's list ("Dynamic variables"), and what they yield is what Postman's do, in form and
range. Which names there are is one table, put together in `variables` from one for each subject.
"""
