# everything.sh - for the guest's shell: uses every program and every system
# call, and prints the same whatever the machine and its scheduler do. The
# tests run it on both machines and compare the consoles byte by byte.
#
# Not here: `crash unmapped-atomic`, because QEMU reports that store as a load.
echo === hello, echo, true, false
hello
echo one two
echo -n no newline
echo
true; echo $?
false; echo $?

echo === pwd, cd, ls
cd /tmp
pwd
ls /
ls -l /etc
ls /nope
ls -x
echo $?

echo === mkdir, rmdir, touch
mkdir -p a/b/c
mkdir a
touch a/b/c/file a/empty
ls -a a
rmdir a
rmdir a/b/c
rm a/b/c/file
rmdir a/b/c
echo $?

echo === cat, wc, grep
cat /etc/motd /nope
cat < /etc/motd
cat /etc/words | wc
wc -l /etc/words /README
wc -w < /etc/layers
grep -n "^t.*p$" /etc/words
grep -c a /etc/words
grep -vi "[a-q]" /etc/words
grep -E "(gate|wall)$" /etc/words
grep -q nothing /etc/words; echo $?
grep "[" /etc/words; echo $?

echo === cp, mv, ln, rm
cp /etc/motd a/copy
ln a/copy a/second
ls -l a
cat a/second
mv a/second a/third
mv a/third /tmp
cat third
cp third a/copy a/b
ls a/b
cp a nowhere
ln a/copy a/third
ln /nope x
mv /nope x
rm third
rm a
rm -r a
rm -f a
ls -a

echo === test
test -f /etc/motd && [ -d /etc ] && echo files
[ 2 -lt 10 -a ! a = b ] && echo numbers
[ 1 -eq x ]; echo $?

echo === sh
sh -c 'echo $0 $1 $2' name first second
sh /nope; echo $?
echo 'for i in 1 2; do echo line $i; done; exit 3' > script
sh script; echo $?
sh -c 'echo $(no)'; echo $?
(echo subshell; exit 4) | cat; echo $?
x=1; (x=2); echo $x
i=; while [ "$i" != ... ]; do i=$i.; echo $i; done
nosuch; echo $?
rm script

echo === processes
# Not the list itself: how far a parent has got, and so its state, its pages and
# a second process of a pipeline, are the scheduler's affair.
ps > list
wc -l < list
grep -c " init$" list
grep -c " ps$" list
rm list
sleep 0.001; echo $?
sleep x; echo $?
sleep 100 & kill $!; wait $!; echo $?
sleep 100 & kill -9 $!; wait $!; echo $?
sleep 0.001 & kill -s INT $!; wait $!; echo $?
kill -l
kill -l 139
kill -NOPE 1; echo $?
kill 30000; echo $?
sh -c 'exit 5' & wait $!; echo $?
wait 1; echo $?
pingpong 4
forktree 2
signals; echo $?
sockets; echo $?
fdpass; echo $?
machdemo; echo $?
oolsend; echo $?
oolsend 5000; echo $?
nameserver echo served; echo $?
rpcdemo; echo $?
init true; echo $?
init sh -c 'kill -TERM $$'; echo $?

echo === kernel variables and users
sysctl kern.ostype kern.osrelease kern.maxproc hw mach; echo $?
sysctl -t kern vm hw mach sysctl
sysctl -d vm
sysctl kern.hostname=tern && sysctl -n kern.hostname
sysctl kern.ostype=x kern. nope hw.ncpu.x mach.qlimit_default=1025; echo $?
sysctl vm.map_threshold=99999999999999999999; echo $?
sysctl vm.map_threshold=0 && bigpipe && sysctl vm.map_threshold=16384
sysprobe; echo $?
id
as 7 id
as 7 sysctl kern.hostname=x kern.procname=me; echo $?
sleep 100 & as 7 kill $! 2> /dev/null; echo $?; kill $!; wait $!; echo $?
as 7 as 0 id; echo $?
as seven id; echo $?

echo === memory
mapdemo; echo $?
shm 3; echo $?
commtime; echo $?
bigpipe; echo $?
bigpipe 16384 65536; echo $?
devmap; echo $?
scatter; echo $?

echo === fifos
mkfifo left right
mkfifo left; echo $?
mkfifo -m 600 private
ls -l
test -p left && echo a pipe
cat /etc/motd > left & cat left
(echo first > left; echo second > right) & pollcat left right; echo $?
pollcat nope; echo $?
mkfifo -m 8 x; echo $?
rm left right private
diskio; echo $?
ioctldemo; echo $?
race; echo $?
race nope; echo $?
ring; echo $?
userclient; echo $?
keys 0; echo $?
stty rows 30; stty -echo; stty; stty sane; stty rows 24; stty
stty upside-down; echo $?
stty < /etc/motd; echo $?

echo === every call
callall; echo $?

echo === deaths
crash
for name in null-load null-store null-call unmapped-load unmapped-store \
    unmapped-call device not-canonical address-top heap-end stack-overflow \
    write-text write-rodata atomic-rodata run-data run-stack run-heap \
    kernel-load kernel-store kernel-call trampoline-load trampoline-call \
    trapframe-load trapframe-store read-csr write-satp sret mret sfence \
    illegal float ebreak misaligned-atomic misaligned-reserve abort kill-self \
    interrupt-self broken-pipe nonesuch; do
    crash $name
    echo "$name: $?"
done
echo === the end
