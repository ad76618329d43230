"""A headless Chromium for tests of pages, by Selenium and chromedriver."""

import json
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

DESKTOP, PHONE = (1280, 900), (390, 844)


@contextmanager
def browser(size=DESKTOP, dark=False, touch=False):
    """A browser of this size; `requests` and `complaints` tell what its pages asked for and what Chromium says of them."""
    options = webdriver.ChromeOptions()
    for argument in ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={size[0]},{size[1]}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    if touch:
        metrics = {"width": size[0], "height": size[1], "pixelRatio": 1, "touch": True}
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield driver
    finally:
        driver.quit()


def requests(driver):
    """The URLs that were asked for since the last call, without data: ones."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith("data:")]


def complaints(driver):
    """What the console says: errors of scripts, and what the policy forbade."""
    return [entry["message"] for entry in driver.get_log("browser")]


class Board:
    """The picture of a drawing page; places are ratios of it."""

    def __init__(self, driver):
        self.driver = driver
        self.element = driver.find_element("id", "board")

    def _offset(self, x, y):
        size = self.element.rect
        return round((x - 0.5) * size["width"]), round((y - 0.5) * size["height"])

    def click(self, *places):
        for place in places:
            ActionChains(self.driver).move_to_element_with_offset(self.element, *self._offset(*place)).click().perform()

    def drag(self, start, end):
        middle = [(a + b) / 2 for a, b in zip(start, end)]
        ActionChains(self.driver, duration=50).move_to_element_with_offset(self.element, *self._offset(*start)).click_and_hold() \
            .move_to_element_with_offset(self.element, *self._offset(*middle)) \
            .move_to_element_with_offset(self.element, *self._offset(*end)).release().perform()

    def touch(self, *steps):
        """Each step is a type of touch and the places of the fingers."""
        box = self.driver.execute_script("const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width, b.height]", self.element)
        for kind, *places in steps:
            points = [{"x": box[0] + x * box[2], "y": box[1] + y * box[3], "id": number} for number, (x, y) in enumerate(places)]
            self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def tap(self, *places):
        for place in places:
            self.touch(("touchStart", place), ("touchEnd",))


def press(driver, *keys):
    ActionChains(driver).send_keys(*keys).perform()


def control(driver, key):
    ActionChains(driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()


def value(driver, name):
    return driver.find_element("id", name).get_property("value")
