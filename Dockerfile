FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /lurewatch ./cmd/lurewatch

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates chromium tesseract-ocr tesseract-ocr-khm tesseract-ocr-tha tesseract-ocr-vie tesseract-ocr-mya tesseract-ocr-lao tesseract-ocr-chi-sim && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 lurewatch && mkdir /data && chown lurewatch /data
COPY --from=build /lurewatch /usr/local/bin/lurewatch
USER lurewatch
VOLUME /data
ENTRYPOINT ["lurewatch"]
CMD ["demo"]
