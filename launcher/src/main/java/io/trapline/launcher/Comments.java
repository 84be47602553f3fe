package io.trapline.launcher;

/** Comments in JSON. */
final class Comments {
    private Comments() {}

    /** The text with blanks where comments were: every line and column stays where it is. */
    static String blank(String text) {
        StringBuilder out = new StringBuilder(text);
        int i = 0;
        while (i < text.length()) {
            if (text.charAt(i) == '"') {
                i = endOfString(text, i);
            } else if (text.startsWith("//", i)) {
                i = blank(out, i, end(text, "\n", i, 0));
            } else if (text.startsWith("/*", i)) {
                i = blank(out, i, end(text, "*/", i + 2, 2));
            } else {
                i++;
            }
        }
        return out.toString();
    }

    private static int end(String text, String mark, int from, int length) {
        int index = text.indexOf(mark, from);
        return index < 0 ? text.length() : index + length;
    }

    private static int blank(StringBuilder out, int from, int to) {
        for (int i = from; i < to; i++) {
            if (out.charAt(i) != '\n') {
                out.setCharAt(i, ' ');
            }
        }
        return to;
    }

    private static int endOfString(String text, int start) {
        int i = start + 1;
        while (i < text.length() && text.charAt(i) != '"' && text.charAt(i) != '\n') {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return i + 1;
    }
}
