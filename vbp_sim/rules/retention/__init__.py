"""Which part of the measured savings a hospital keeps."""
