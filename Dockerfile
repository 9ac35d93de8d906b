# The program alone, in an empty root: for servers (--http), rows at rest and databases. A program of your own behind --
# needs its own image: there, COPY --from this one /chatproof.
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -ldflags=-s -o /root-of-image/chatproof . && mkdir -m 1777 /root-of-image/tmp

FROM scratch
COPY --from=build /root-of-image /
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/chatproof"]
