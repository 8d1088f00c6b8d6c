# crossing.gdb - a session with gdb-multiarch through the boundary and back;
# check_gdb.py runs it in both layouts and holds each line that is marked == to
# what must follow.
set pagination off
set confirm off
set width 0
set print frame-info location

echo == a breakpoint in the program\n
break main
continue
info threads
delete

echo == to the ecall\n
tbreak write
continue
backtrace
stepi
x/i $pc
p $priv

echo == through it: the trampoline\n
stepi
x/i $pc
p $priv
p $scause
p $sepc
p $mepc
backtrace
stepi 40
x/i $pc
backtrace

echo == into C\n
tbreak usertrap
continue
backtrace
tbreak sys_write
continue
backtrace

echo == finish out\n
finish
finish
backtrace 3

echo == step by step out to the program\n
tbreak userret
continue
backtrace
stepi 20
backtrace
tbreak *$program_return
continue
x/i $pc
p $priv

echo == back into the kernel and out of it backwards\n
reverse-stepi
x/i $pc
p $priv
tbreak uservec
reverse-continue
x/i $pc
reverse-stepi
x/i $pc
p $priv
backtrace

echo == our own commands\n
monitor where
monitor quit
monitor nonsense
monitor break call write
continue
monitor backtrace
monitor into
maintenance flush register-cache
x/i $pc
backtrace 2
monitor delete

echo == a watchpoint forwards\n
watch sum
continue
p sum

echo == the watchpoint backwards\n
reverse-continue
p sum
p n
reverse-continue
p sum
p n
delete

echo == lines both ways\n
reverse-finish
next
reverse-next
reverse-step

echo == the other process\n
thread apply all -s x/i $pc
x/2i $pc

echo == a watchpoint outlives its process\n
watch sum
continue
continue
continue
reverse-continue
delete

echo == the ends\n
reverse-continue
p $pc
continue
reverse-stepi
