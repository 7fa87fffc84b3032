"""Renders the first page of a PDF with PDFium and prints what is on it, as JSON: its size in points, its text, colours at places.

Usage: read_pdf.py FILE SCALE '[[x, y], ...]'   SCALE: pixels per point; x, y: points from the upper left corner
"""

import json
import sys

import pypdfium2

path, scale, places = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3])
document = pypdfium2.PdfDocument(path)
page = document[0]
pixels = page.render(scale=scale, rev_byteorder=True).to_numpy()
text = page.get_textpage()
words = []
for index in range(text.count_rects()):
    left, bottom, right, top = text.get_rect(index)
    box = [left, page.get_height() - top, right, page.get_height() - bottom]
    words.append({"text": text.get_text_bounded(left, bottom, right, top).strip(), "box": box})
print(
    json.dumps(
        {
            "pages": len(document),
            "size": [page.get_width(), page.get_height()],
            "text": text.get_text_range(),
            "words": words,
            "colours": [pixels[int(y * scale), int(x * scale), :3].tolist() for x, y in places],
        }
    )
)
