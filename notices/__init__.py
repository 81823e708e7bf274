"""What the product tells a person by itself: in the product and by e-mail, each thing once."""

from __future__ import annotations
