package io.trapline.oracle;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Sits on the wire to one side and plants a fault: the comparison has to see it. */
final class Tap implements Endpoint {
    private final Endpoint side;
    private final Chip.Decoder decoder;
    private final Fault fault;
    private final Queue<Boolean> spoilt = new ArrayDeque<>(); // for each reply to come

    Tap(Endpoint side, Chip.Decoder decoder, Fault fault) {
        this.side = side;
        this.decoder = decoder;
        this.fault = fault;
    }

    @Override
    public void send(List<String> lines) {
        side.send(lines.stream().map(this::passed).toList());
    }

    /** What goes on: accesses to ports are looked at, the rest is not. */
    private String passed(String line) {
        if (!line.startsWith("inb ") && !line.startsWith("outb ")) {
            spoilt.add(false);
            return line;
        }
        Command command = command(line);
        boolean here = fault.register.equals(decoder.register(command));
        decoder.follow(command);
        spoilt.add(here && !command.write());
        boolean changed = here && command.write() && fault.where == Fault.Where.WRITTEN;
        return changed ? command.with(fault.spoil(command.value())).line() : line;
    }

    private static Command command(String line) {
        String[] words = line.split(" ");
        int port = Integer.decode(words[1]);
        return words[0].equals("outb")
                ? Command.out(port, Integer.decode(words[2]))
                : Command.in(port);
    }

    @Override
    public List<Reply> receive(int count) {
        return side.receive(count).stream()
                .map(reply -> spoilt.remove() ? spoil(reply) : reply)
                .toList();
    }

    private Reply spoil(Reply reply) {
        return switch (fault.where) {
            case WRITTEN -> reply;
            case READ -> reply.with(fault.spoil(reply.value()));
            case EDGE -> reply.with(List.of());
        };
    }

    /** The side goes on without the fault. */
    @Override
    public void close() {}
}
