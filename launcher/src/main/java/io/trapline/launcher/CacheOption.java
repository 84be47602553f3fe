package io.trapline.launcher;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the framework keeps its cache. */
final class CacheOption {
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "keep the framework's cache there; otherwise it is temporary")
    Path folder;
}
