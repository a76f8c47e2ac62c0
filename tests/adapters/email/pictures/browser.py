"""Headless Chromium, controlled through the WebDriver protocol of chromedriver."""

import base64
import http.client
import json
import os
import shutil
import subprocess
import tempfile


class Browser:
    """A browser process. Call close(), or use a with statement."""

    def __init__(self):
        self._folder = tempfile.mkdtemp(prefix="keelson-chromium-")
        self._driver = None
        self._session = ""
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def is_installed():
        return bool(shutil.which("chromedriver") and shutil.which("chromium"))

    def _start(self):
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "HOME": self._folder, "TMPDIR": self._folder})
        self._connection = http.client.HTTPConnection("127.0.0.1", self._await_port(), timeout=60)
        # Chromium runs without a sandbox: containers often do not permit one, and the browser opens only the
        # project's own pages.
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", "--user-data-dir=" + os.path.join(self._folder, "profile")]
        options = {"binary": shutil.which("chromium"), "args": arguments}
        response = self._call("POST", "/session", {
            "capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}})
        self._session = "/session/" + response["sessionId"]

    def _await_port(self):
        for line in self._driver.stdout:
            if "started successfully on port" in line:
                return int(line.rstrip(".\n").split()[-1])
        raise RuntimeError("chromedriver does not start")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, {"Content-Type": "application/json"})
        with self._connection.getresponse() as response:
            text = response.read().decode(errors="replace")
        if response.status != 200:
            raise RuntimeError(text)
        return json.loads(text)["value"]

    def _devtools(self, command, **parameters):
        return self._call("POST", self._session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path):
        self._call("POST", self._session + "/url", {"url": "file://" + os.path.abspath(path)})

    def resize(self, width, height=800, scale=1):
        """`scale`: pixels of a picture for each pixel of the page."""
        self._devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                       mobile=False)

    def prefer(self, scheme):
        """Sets the preferred colour scheme: "light" or "dark"."""
        self._devtools("Emulation.setEmulatedMedia",
                       features=[{"name": "prefers-color-scheme", "value": scheme}])

    def run(self, script):
        return self._call("POST", self._session + "/execute/sync", {"script": script, "args": []})

    def picture(self, path):
        shot = self._devtools("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def close(self):
        if self._session:
            self._call("DELETE", self._session)
        if self._driver:
            self._driver.terminate()
            self._driver.wait(timeout=30)
            self._driver.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
