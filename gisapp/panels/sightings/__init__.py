"""What is seen in passing (全员查明漏): noted in a moment from anywhere, listed until it is dealt with."""
