package io.trapline.launcher;

/** The command line. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.out.println("trapline " + Main.class.getPackage().getImplementationVersion());
    }
}
