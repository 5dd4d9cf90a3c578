"""The crawl of `lurewatch bench crawl` with Scrapy: no delay, many requests at a time, nothing stored.

Usage: spider.py URL REQUESTS_AT_A_TIME. Prints one JSON object.
"""

import json
import resource
import sys
import time

import scrapy
from scrapy.crawler import CrawlerProcess


class Spider(scrapy.Spider):
    name = "bench"
    start_urls = [sys.argv[1]]
    pages = posts = 0

    def parse(self, response):
        Spider.pages += 1
        for text in response.css('script[type="application/ld+json"]::text').getall():
            if json.loads(text).get("@type") == "JobPosting":
                Spider.posts += 1
        for href in response.css("a::attr(href)").getall():
            yield response.follow(href)


def used():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


process = CrawlerProcess(
    {
        "LOG_LEVEL": "ERROR",
        "CONCURRENT_REQUESTS": int(sys.argv[2]),
        "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[2]),
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Spider)
began, busy = time.time(), used()
process.start()
took, busy = time.time() - began, used() - busy
json.dump(
    {
        "pages": Spider.pages / took,
        "cpu_us": busy / max(Spider.pages, 1) * 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "posts": Spider.posts,
    },
    sys.stdout,
)
