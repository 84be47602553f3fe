# In the rig: doctor, demo, and a run that is reset, and told to end while five vCPUs ask. What each says goes into files
# of the working directory; what is right is for the host to judge.
trapline=$1

note() { echo "$2" > "$1"; }

# A command for the stand-in of the hypervisor, and its answer.
fakehv() {
    exec 5<> /dev/fakehv
    echo "$*" >&5
    cat <&5
    exec 5>&-
}

accesses() { fakehv stat | sed -n 's/^vm=.* accesses=\([0-9]*\) .*/\1/p'; }

"$trapline" doctor --backend acrn > doctor.out 2> doctor.err
note doctor.status $?

"$trapline" demo --backend acrn > demo.out 2> demo.err
note demo.status $?

# What it says until a line has this.
await() {
    while read -r line <&4; do
        echo "$line" >> run.out
        case $line in *"$1"*) return ;; esac
    done
}

mkfifo /tmp/typed /tmp/said
exec 6<> /tmp/typed
"$trapline" run --backend acrn < /tmp/typed > /tmp/said 2> run.err &
run=$!
exec 4< /tmp/said
await "running on acrn"

# The demo's bundle brings the guest that plays vCPU 0: now, and again after a reset.
echo "start file:$(echo "$(dirname "$trapline")"/launcher/target/trapline/bundles/demo-*.jar)" >&6
await "trapline guest: ready"
echo "vm:reset main" >&6
await "trapline guest: ready"
cat <&4 >> run.out &
rest=$!

# The scratch register, as the guest has left it.
reads="pio r 0x3ff 1 vcpus=0x1e expect=0xa5 timeout=60000"
fakehv bulk 500 "$reads" > answered.out
before=$(accesses)
fakehv bulk 1000000 "$reads" > load.out &
load=$!
while now=$(accesses) && [ "${now:-0}" -lt $((before + 4000)) ] && kill -0 $run 2> /dev/null; do :; done

told=$(date +%s%N)
kill -TERM $run
wait $run
note run.status $?
note run.millis $((($(date +%s%N) - told) / 1000000))
wait $load $rest
