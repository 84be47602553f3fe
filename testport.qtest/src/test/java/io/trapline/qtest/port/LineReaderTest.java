package io.trapline.qtest.port;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines come in whatever pieces the socket makes of them. */
class LineReaderTest {
    private static List<String> read(String text, int piece) throws IOException {
        InputStream pieces =
                new ByteArrayInputStream(text.getBytes(ISO_8859_1)) {
                    @Override
                    public int read(byte[] target, int offset, int length) {
                        return super.read(target, offset, Math.min(length, piece));
                    }
                };
        LineReader reader = new LineReader(Channels.newChannel(pieces), () -> {});
        Line line = new Line();
        List<String> found = new ArrayList<>();
        while (reader.next(line) == LineReader.Found.LINE) {
            found.add(line.words() + ":" + line.word(0));
        }
        return found;
    }

    @ParameterizedTest(name = "{0} bytes at once")
    @ValueSource(ints = {1, 2, 3, 7, 1000, 65_535, 65_536, 100_000})
    void areFoundInPieces(int piece) throws IOException {
        StringBuilder text = new StringBuilder();
        List<String> wanted = new ArrayList<>();
        for (int length : new int[] {0, 1, 5, 65_534, 65_535, 65_536, 65_537, 0, 200_000, 3, 10}) {
            text.append("w".repeat(length)).append(" x\n");
            wanted.add("2:" + "w".repeat(length));
        }
        assertEquals(wanted, read(text + "without an end", piece));
    }
}
