package io.trapline.hypervisor;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A view of one slot of the page shared with the hypervisor ({@code struct acrn_io_request}, linux/acrn.h).
 *
 * <pre>
 *    0  type                4      64  direction  4      128  reserved1       4
 *    4  completion_polling  4      72  address    8      132  kernel_handled  4
 *    8  reserved0          56      80  size       8      136  processed       4  (the state)
 *                                  88  value      8
 *   port I/O: value has 4 bytes;  PCI: value 4, 92 bus, 96 dev, 100 func, 104 reg (4 each)
 * </pre>
 *
 * Little-endian. Ownership travels with the state: {@link #state} acquires, {@link #state(int)} releases;
 * every other field is plain and guarded by it. Allocates nothing once made. The setters of the request's
 * fields are for backends that play the hypervisor.
 */
public final class IoRequestSlot {
    /** Bytes of a slot. */
    public static final int LENGTH = 256;

    /** Slots of a page ({@code ACRN_IO_REQUEST_MAX}). */
    public static final int COUNT = 16;

    /** Bytes of the page. */
    public static final int PAGE_LENGTH = LENGTH * COUNT;

    /** State: filled by the hypervisor, nobody has taken it ({@code ACRN_IOREQ_STATE_PENDING}). */
    public static final int PENDING = 0;

    /** State: answered, the hypervisor's again. */
    public static final int COMPLETE = 1;

    /** State: taken, being answered. */
    public static final int PROCESSING = 2;

    /** State: empty, the hypervisor's. */
    public static final int FREE = 3;

    /** Type: port I/O ({@code ACRN_IOREQ_TYPE_PORTIO}). */
    public static final int PORTIO = 0;

    /** Type: memory I/O. */
    public static final int MMIO = 1;

    /** Type: PCI configuration, decoded. */
    public static final int PCICFG = 2;

    /** Direction: the guest reads ({@code ACRN_IOREQ_DIR_READ}). */
    public static final int READ = 0;

    /** Direction: the guest writes. */
    public static final int WRITE = 1;

    private static final int TYPE = 0;
    private static final int COMPLETION_POLLING = 4;
    private static final int DIRECTION = 64;
    private static final int ADDRESS = 72;
    private static final int SIZE = 80;
    private static final int VALUE = 88;
    private static final int PCI_BUS = 92;
    private static final int PCI_DEV = 96;
    private static final int PCI_FUNC = 100;
    private static final int PCI_REG = 104;
    private static final int KERNEL_HANDLED = 132;
    private static final int STATE = 136;

    private static final VarHandle U32 =
            MethodHandles.byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
    private static final VarHandle U64 =
            MethodHandles.byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);

    private final ByteBuffer page;
    private final int base;

    /**
     * A view of a slot.
     *
     * @param page the request page: direct (a heap buffer has no ordered access)
     * @param index 0 to {@link #COUNT} - 1
     */
    public IoRequestSlot(ByteBuffer page, int index) {
        if (!page.isDirect() || page.capacity() < PAGE_LENGTH || index < 0 || index >= COUNT) {
            throw new IllegalArgumentException(
                    "no slot: index="
                            + index
                            + " page="
                            + page
                            + ", wanted a direct buffer of "
                            + PAGE_LENGTH);
        }
        this.page = page;
        this.base = index * LENGTH;
    }

    /** The state; what its writer stored before it is visible once this returns. */
    public int state() {
        return (int) U32.getAcquire(page, base + STATE);
    }

    /** Hands the slot on; the last touch, everything stored before is visible to who reads it. */
    public void state(int state) {
        U32.setRelease(page, base + STATE, state);
    }

    /** {@link #PORTIO}, {@link #MMIO}, {@link #PCICFG}, or one we do not know. */
    public int type() {
        return (int) U32.get(page, base + TYPE);
    }

    /** {@link #READ} or {@link #WRITE}. */
    public int direction() {
        return (int) U32.get(page, base + DIRECTION);
    }

    /** Port or guest-physical address; nothing in a PCI request. */
    public long address() {
        return (long) U64.get(page, base + ADDRESS);
    }

    /** Width of the access in bytes, as the hypervisor says it: not checked. */
    public long size() {
        return (long) U64.get(page, base + SIZE);
    }

    /** What the guest writes, zero-extended; not cut to {@link #size}. */
    public long value() {
        return type() == MMIO
                ? (long) U64.get(page, base + VALUE)
                : Integer.toUnsignedLong((int) U32.get(page, base + VALUE));
    }

    /** Answers a read. Only memory I/O has eight bytes for it: in a PCI request the next four name the bus. */
    public IoRequestSlot value(long value) {
        if (type() == MMIO) {
            U64.set(page, base + VALUE, value);
        } else {
            U32.set(page, base + VALUE, (int) value);
        }
        return this;
    }

    /** Whether the hypervisor polls for COMPLETE and wants no notification; read it before COMPLETE. */
    public boolean completionPolling() {
        return (int) U32.get(page, base + COMPLETION_POLLING) != 0;
    }

    /** Whether an in-kernel client answers this request: not ours then. */
    public boolean kernelHandled() {
        return (int) U32.get(page, base + KERNEL_HANDLED) != 0;
    }

    /** Bus of a PCI request. */
    public int pciBus() {
        return (int) U32.get(page, base + PCI_BUS);
    }

    /** Device of a PCI request. */
    public int pciDevice() {
        return (int) U32.get(page, base + PCI_DEV);
    }

    /** Function of a PCI request. */
    public int pciFunction() {
        return (int) U32.get(page, base + PCI_FUNC);
    }

    /** Register of a PCI request, a byte offset. */
    public int pciRegister() {
        return (int) U32.get(page, base + PCI_REG);
    }

    /** Fills in a port or memory request; the state is not touched. */
    public IoRequestSlot request(int type, int direction, long address, int size, long value) {
        U32.set(page, base + TYPE, type);
        U32.set(page, base + KERNEL_HANDLED, 0);
        U32.set(page, base + DIRECTION, direction);
        U64.set(page, base + ADDRESS, address);
        U64.set(page, base + SIZE, (long) size);
        U64.set(page, base + VALUE, value);
        return this;
    }

    /** Fills in a PCI configuration request; the state is not touched. */
    public IoRequestSlot pciRequest(
            int direction, int bus, int device, int function, int register, int size, int value) {
        U32.set(page, base + TYPE, PCICFG);
        U32.set(page, base + KERNEL_HANDLED, 0);
        U32.set(page, base + DIRECTION, direction);
        U64.set(page, base + SIZE, (long) size);
        U32.set(page, base + VALUE, value);
        U32.set(page, base + PCI_BUS, bus);
        U32.set(page, base + PCI_DEV, device);
        U32.set(page, base + PCI_FUNC, function);
        U32.set(page, base + PCI_REG, register);
        return this;
    }

    /** Sets {@code completion_polling}. */
    public IoRequestSlot completionPolling(boolean polling) {
        U32.set(page, base + COMPLETION_POLLING, polling ? 1 : 0);
        return this;
    }

    /** Sets {@code kernel_handled}. */
    public IoRequestSlot kernelHandled(boolean handled) {
        U32.set(page, base + KERNEL_HANDLED, handled ? 1 : 0);
        return this;
    }
}
