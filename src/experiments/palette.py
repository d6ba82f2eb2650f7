"""The colours of all figures: Okabe and Ito's palette, which colour-blind readers can see."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
