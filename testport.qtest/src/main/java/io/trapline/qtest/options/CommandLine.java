package io.trapline.qtest.options;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A command line, read: of each option that means something here its values, in their order. */
public final class CommandLine {
    private final Map<Option, List<String>> values = new EnumMap<>(Option.class);

    private CommandLine() {}

    /**
     * Reads a command line. What is unknown is passed over: an option with what follows it, unless that begins
     * with a dash.
     */
    public static CommandLine parse(List<String> words) throws BadOption {
        CommandLine line = new CommandLine();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                continue;
            }
            Option option = Option.of(word);
            boolean more = i + 1 < words.size();
            if (option == null) {
                if (more && !words.get(i + 1).startsWith("-") && !Option.isFlag(word)) {
                    i++;
                }
            } else if (!option.hasValue()) {
                line.add(option, "");
            } else if (more) {
                line.add(option, words.get(++i));
            } else {
                throw new BadOption(word + " wants a value");
            }
        }
        return line;
    }

    private void add(Option option, String value) {
        values.computeIfAbsent(option, o -> new ArrayList<>()).add(value);
    }

    /** Whether an option was given. */
    public boolean has(Option option) {
        return values.containsKey(option);
    }

    /** All its values, in their order. */
    public List<String> all(Option option) {
        return values.getOrDefault(option, List.of());
    }

    /** Its last value; null: it was not given. */
    public String last(Option option) {
        List<String> all = all(option);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }
}
