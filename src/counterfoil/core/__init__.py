"""The truth of the book: values and rules that know no clock, network, file or database."""
