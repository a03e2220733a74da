"""Understanding what people write: plain values in, plain values out, no files, no database."""
