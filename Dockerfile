# The app and the command line in one slim image, run by a user without rights.
#   docker build -t siteselect .
#   docker run --rm -p 8501:8501 siteselect                                  # the app with the demo
#   docker build --build-arg EXTRAS=distributed -t siteselect .              # for workers of a cluster
#   docker run --rm -v "$PWD:/study" siteselect siteselect run /study/study.yaml --out /study/run
FROM python:3.11-slim AS build
ARG EXTRAS=app,pdf
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY siteselect ./siteselect
RUN python -m venv /opt/siteselect \
 && /opt/siteselect/bin/pip install --no-cache-dir -c constraints.txt ".[$EXTRAS]"

FROM python:3.11-slim
# libexpat is what the rasterio and osmium wheels need from the system; its version is Debian's to fix.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --no-install-recommends -y libexpat1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 siteselect
COPY --from=build /opt/siteselect /opt/siteselect
COPY --chown=siteselect data /home/siteselect/data
COPY --chown=siteselect app.py /home/siteselect/
COPY --chown=siteselect .streamlit /home/siteselect/.streamlit
ENV PATH=/opt/siteselect/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_BROWSER_GATHER_USAGE_STATS=false
USER 10001
WORKDIR /home/siteselect
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501"]
