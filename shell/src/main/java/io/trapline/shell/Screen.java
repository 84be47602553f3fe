package io.trapline.shell;

import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;

/** Where lines for the operator go: above the prompt while there is one. */
@Component(service = Screen.class)
public final class Screen {
    private Consumer<String> above;

    /** Prints a line. */
    synchronized void print(String line) {
        if (above == null) {
            System.out.println(line);
        } else {
            above.accept(line);
        }
    }

    /**
     * Names who prints from now on.
     *
     * @param printer prints above a prompt; null: there is none
     */
    synchronized void prompt(Consumer<String> printer) {
        above = printer;
    }
}
