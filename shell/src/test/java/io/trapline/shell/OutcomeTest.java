package io.trapline.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** What Felix's Declarative Services keep of a component that could not be made: a stack trace, as text. */
class OutcomeTest {
    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void saysWhatWasWrongInTheFirstPlace() {
        Exception cause = new IOException("image d.img is in use by another machine");
        assertEquals(
                "image d.img is in use by another machine",
                Outcome.reason(trace(new InvocationTargetException(cause))));
        assertEquals(
                "size=1000, wanted 0, or a multiple of 512 bytes",
                Outcome.reason(
                        trace(
                                new IllegalArgumentException(
                                        "size=1000, wanted 0, or a multiple of 512 bytes"))));
    }

    @Test
    void namesWhatWasThrownWhereThatSaysMore() {
        assertEquals(
                "java.nio.file.NoSuchFileException: /srv/d.img",
                Outcome.reason(
                        trace(
                                new InvocationTargetException(
                                        new NoSuchFileException("/srv/d.img")))));
        assertEquals(
                "java.lang.NullPointerException",
                Outcome.reason(trace(new NullPointerException())));
        assertEquals("", Outcome.reason(""));
    }
}
