"""pictures_test.py WRITE_PREVIEWS FOLDER [THUMBNAILS]: checks every message in every language in Chromium.

Renders each message with the widths of a phone and of a desktop, in light and in dark mode. Fails if an element
overflows the window or is clipped, or if a text has too little contrast. Writes screenshots to FOLDER/pictures. Exits
with 77 if Chromium is not installed. With THUMBNAILS, checks nothing and writes the thumbnails of the templates' README
to that folder instead.
"""

import os
import shutil
import subprocess
import sys

from browser import Browser

WIDTHS = {"phone": 375, "desk": 800}
SCHEMES = ("light", "dark")
THUMBNAIL_PAGES = ("refund_succeeded.en.html", "verify_email.en.html")

# HTML with known faults, and the expected reports: judge_page.js must find each of them.
PLANTED = {
    "<p style='width:900px'>wide</p>": "overflows the window",
    "<p style='white-space:nowrap'>" + "long " * 300 + "</p>": "extends beyond the window",
    "<table><tr><td style='max-width:80px;white-space:nowrap'>" + "x" * 20 + "</td></tr></table>":
        "overflows its table cell",
    "<p style='width:30px;overflow-wrap:anywhere'>Bestellung</p>": "is split across lines",
    "<p style='width:50px;overflow:hidden'>" + "x" * 40 + "</p>": "is clipped",
    "<body style='background:#fff'><p style='color:#888'>grey</p>": "below 4.5",
    "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>": "loads an external resource",
}


def planted_faults(browser, judge, folder):
    missed = []
    browser.resize(WIDTHS["phone"])
    browser.prefer("light")
    for html, wanted in PLANTED.items():
        path = os.path.join(folder, "planted.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write("<!doctype html><meta charset=utf-8>" + html)
        browser.open(path)
        if not any(wanted in fault for fault in browser.run(judge)):
            missed.append("judge_page.js does not report the planted fault: " + wanted)
        os.remove(path)
    return missed


def is_pictured(page, place, scheme):
    """Whether to write a screenshot: every variant in English, one in other languages, none of pages with long values."""
    return "long" not in page and (".en." in page or (place, scheme) == ("phone", "light"))


def picture_name(page, place, scheme):
    return page.replace(".html", ".%s.%s.png" % (place, scheme))


def judged(browser, judge, folder, page):
    faults = []
    browser.open(os.path.join(folder, page))
    for place, width in WIDTHS.items():
        browser.resize(width)
        for scheme in SCHEMES:
            browser.prefer(scheme)
            faults += ["%s, %s, %s: %s" % (page, place, scheme, fault) for fault in browser.run(judge)]
            if is_pictured(page, place, scheme):
                browser.picture(os.path.join(folder, "pictures", picture_name(page, place, scheme)))
    return faults


def write_thumbnails(browser, folder, thumbnails):
    os.makedirs(thumbnails, exist_ok=True)
    for page in THUMBNAIL_PAGES:
        browser.open(os.path.join(folder, page))
        for place, width in WIDTHS.items():
            browser.resize(width, height=100, scale=0.5)
            for scheme in SCHEMES:
                browser.prefer(scheme)
                browser.picture(os.path.join(thumbnails, picture_name(page, place, scheme)))


def main(write_previews, folder, thumbnails=None):
    if not Browser.is_installed():
        print("skipped: chromium or chromium-driver is not installed")
        return 77
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "pictures"))
    subprocess.run([write_previews, folder], check=True, timeout=60)
    if thumbnails:
        with Browser() as browser:
            write_thumbnails(browser, folder, thumbnails)
        return 0
    with open(os.path.join(os.path.dirname(__file__), "judge_page.js"), encoding="utf-8") as file:
        judge = file.read()
    pages = sorted(name for name in os.listdir(folder) if name.endswith(".html"))
    with Browser() as browser:
        faults = planted_faults(browser, judge, folder)
        for page in pages:
            faults += judged(browser, judge, folder, page)
    print("\n".join(faults) or "%d pages, no faults" % len(pages))
    return 1 if faults or not pages else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
