"""The thirty lines a team would write instead: the same stories of the same store, rendered and inlined."""

import json
import sys

import jinja2
import premailer
import sqlalchemy as sa

store, ids, out = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
TEMPLATE = """<html><head><style>
body { font-family: Georgia, serif; color: #222222; margin: 0 }
table.main { width: 600px } h1 { font-size: 28px } h2 { font-size: 20px; border-bottom: 1px solid #cccccc }
h3 { font-size: 17px; margin: 0 } h3 a { color: #0b3d61; text-decoration: none }
p { font-size: 15px; line-height: 22px } .meta { color: #777777; font-size: 12px } td { padding: 8px 24px }
@media (max-width: 620px) { table.main { width: 100% } }
</style></head><body><table class="main"><tr><td><h1>News</h1></td></tr>
{% for story in stories %}<tr><td><h3><a href="{{ story.url }}">{{ story.title }}</a></h3>
<p>{{ story.summary }}</p><span class="meta">{{ story.source }}</span></td></tr>{% endfor %}
</table></body></html>"""

engine = sa.create_engine(store)
table = sa.Table("digest_stories", sa.MetaData(), autoload_with=engine)
with engine.connect() as connection:
    stories = connection.execute(sa.select(table).where(table.c.id.in_(ids))).mappings().all()
page = jinja2.Environment(autoescape=True).from_string(TEMPLATE).render(stories=stories)
with open(out, "w", encoding="utf-8") as file:
    file.write(premailer.transform(page))
