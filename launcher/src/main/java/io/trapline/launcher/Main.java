package io.trapline.launcher;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit status: 0 done, 1 failed, 2 asked for something that makes no sense. */
@Command(
        name = "trapline",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Device emulation whose devices can be changed while the guest runs.",
        footer = {"", "trapline COMMAND --help explains a command."},
        subcommands = {Run.class, Doctor.class, Demo.class, Qtest.class, Bench.class})
public final class Main implements Runnable {
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    @Spec private CommandSpec spec;

    public static void main(String[] arguments) {
        // While this thread reads the command line, another has the framework's classes loaded.
        Thread ahead = new Thread(Platform::prepare, "ahead");
        ahead.setDaemon(true);
        ahead.start();
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        CommandLine completion = new CommandLine(new AutoComplete.GenerateCompletion());
        completion
                .getCommandSpec()
                .usageMessage()
                .description("Prints a script for bash or zsh: source <(./trapline completion)");
        line.addSubcommand("completion", completion);
        // What follows these is for somebody else, options too.
        line.getSubcommands().get("bench").setUnmatchedOptionsArePositionalParams(true);
        line.getSubcommands().get("qtest").setUnmatchedOptionsArePositionalParams(true);
        line.setExpandAtFiles(false);
        line.registerConverter(Backend.class, text -> Word.of(Backend.class, text));
        line.registerConverter(Terminal.Focus.class, text -> Word.of(Terminal.Focus.class, text));
        line.setExecutionExceptionHandler((e, command, result) -> failed(e));
        line.setParameterExceptionHandler((e, arguments) -> misused(e));
        return line;
    }

    private static int failed(Exception e) throws Exception {
        if (e instanceof BadInput) {
            System.err.println("trapline: " + e.getMessage());
            return BAD_INPUT;
        }
        throw e;
    }

    private static int misused(ParameterException e) {
        System.err.println("trapline: " + e.getMessage());
        System.err.println(
                "trapline: "
                        + e.getCommandLine().getCommandSpec().qualifiedName()
                        + " --help explains");
        return BAD_INPUT;
    }

    /** Without a command: the usage, as for a mistake. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "no command: run, doctor, demo, qtest, bench or completion?");
    }

    /** What this is, and what it runs on. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "trapline " + Main.class.getPackage().getImplementationVersion(),
                "java "
                        + System.getProperty("java.runtime.version")
                        + ", "
                        + System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}
