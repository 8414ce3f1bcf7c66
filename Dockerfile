# The image holds one static binary and runs it as nobody. internal/image_test.go runs these steps.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY cmd cmd
COPY internal internal
COPY policies policies
ENV CGO_ENABLED=0
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -ldflags "-s -w" -o /out/bylaw ./cmd/bylaw
RUN mkdir /out/data

FROM gcr.io/distroless/static-debian12
COPY --from=build /out/bylaw /bylaw
COPY --from=build --chown=65532:65532 /out/data /data
ENV BYLAW_DATABASE=/data/bylaw.db BYLAW_LISTEN=:8080
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/bylaw", "health"]
ENTRYPOINT ["/bylaw"]
CMD ["serve"]
