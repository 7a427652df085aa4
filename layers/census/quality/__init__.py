"""Whether a lot is good enough: samples drawn by seed, checked by others, judged, signed off or sent back."""
